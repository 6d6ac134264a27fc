// Then and now, to read; the choice is what to talk about. Value as in multi-choice.js.

export { read, said, write } from "./multi-choice.js";
