// Four boxes with lines. Value as in two-lists.js.

export { read, said, write } from "./two-lists.js";
