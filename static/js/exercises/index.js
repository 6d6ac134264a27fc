// The response types, by their names on the wire. Each has read(root), write(root, value) and said(root);
// kept(root) is what a draft holds, where that is more than what would be sent.

import * as closeness_circle from "./closeness-circle.js";
import * as comm_transcript from "./comm-transcript.js";
import * as compare from "./compare.js";
import * as decision_table from "./decision-table.js";
import * as feedback from "./feedback.js";
import * as free_text from "./free-text.js";
import * as goal from "./goal.js";
import * as grid_2x2 from "./grid-2x2.js";
import * as matrix from "./matrix.js";
import * as multi_choice from "./multi-choice.js";
import * as ordered_steps from "./ordered-steps.js";
import * as roleplay_pair from "./roleplay-pair.js";
import * as scale_0_10 from "./scale-0-10.js";
import * as short_texts from "./short-texts.js";
import * as single_choice from "./single-choice.js";
import * as structured_plan from "./structured-plan.js";
import * as timeline from "./timeline.js";
import * as two_lists from "./two-lists.js";

export const TYPES = {
  closeness_circle,
  comm_transcript,
  compare,
  decision_table,
  feedback,
  free_text,
  goal,
  grid_2x2,
  matrix,
  multi_choice,
  ordered_steps,
  roleplay_pair,
  scale_0_10,
  short_texts,
  single_choice,
  structured_plan,
  timeline,
  two_lists,
};
