// Everything that a story's page runs: collected, it is one file, see web/bundles.py.

import "../delivery/live.js";
import "../funding/gave.js";
import "../discussion/thread.js";
import "../discussion/questions.js";
import "../discussion/story_quoting.js";
import "./story.js";
