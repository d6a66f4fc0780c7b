"""How long, how much and how deep: the columns and whoever fills them agree on these."""

KEY_LENGTH_MAX = 120  # characters of "story:42"; a change key is "thread:" and this
NAME_LENGTH_MAX = 60  # characters; a byline, not a sentence
TEXT_LENGTH_MAX = 10_000  # characters; about four pages, more than any argument needs
SOURCE_ID_LENGTH_MAX = 80  # characters; other systems number or use UUIDs
REASON_LENGTH_MAX = 500  # characters of a moderator's explanation
DEPTH_MAX = 1_000  # answers to answers; a conversation this deep is a script's
PICTURES_MAX = 4  # of one comment: a comment is about words
ALT_LENGTH_MAX = 300  # characters that say what a picture shows; longer is a text of its own
EDIT_MINUTES_MAX = 24 * 60  # a day later, everybody has read it
SCOPES_LENGTH_MAX = 200  # characters of "section:12 section:3"; a section lies in few others
QUESTION_LENGTH_MAX = 300  # characters that an editor asks; a sentence or two
PASSAGE_LENGTH_MAX = 1_000  # characters of a passage that is asked about or quoted; longer ones are cut
QUOTE_LENGTH_MAX = 500  # characters that a reader quotes: three long sentences
QUOTE_AROUND_MAX = 40  # characters before and after a quote, by which it is told from the same words elsewhere
