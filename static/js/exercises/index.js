// The response types, by their names on the wire. Each has read(root), write(root, value) and said(root).

import * as free_text from "./free-text.js";
import * as multi_choice from "./multi-choice.js";
import * as scale_0_10 from "./scale-0-10.js";
import * as short_texts from "./short-texts.js";
import * as single_choice from "./single-choice.js";

export const TYPES = { free_text, multi_choice, scale_0_10, short_texts, single_choice };
