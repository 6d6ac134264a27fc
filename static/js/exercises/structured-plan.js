// A text for each section. Value: {sections: {label: text}}, or null.

import { boxes, TEXT } from "./boxes.js";

export const { read, write, said } = boxes("sections", TEXT);
