"""What becomes of letters."""

from standfirst.mail import outbox
from tests.scenes.world import World, scene


@scene
def letters_are_sent_or_not(world: World) -> None:
    for key in ("sent", "dropped", "failed"):
        letter = outbox.put(key=key, to=f"{key}@example.org", subject="x", text="x")
        claimed = outbox.claim(letter_id=letter.pk)
        assert claimed is not None
        if key == "failed":
            outbox.failed(letter=claimed, why="no", for_good=True)
        else:
            getattr(outbox, key)(letter=claimed)
    outbox.try_again(letter_id=letter.pk)
    outbox.forget_person(address="failed@example.org")
    outbox.forget()
