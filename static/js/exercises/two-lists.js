// Two boxes with lines. Value: {boxes: {label: [line, …]}}, or null.

import { boxes, LINES } from "./boxes.js";

export const { read, write, said } = boxes("boxes", LINES);
