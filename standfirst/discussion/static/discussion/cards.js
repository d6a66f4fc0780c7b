// An address that stands alone in its line becomes a card. Nobody asks the other server before a click; a picture
// is shown in a frame of ours, whose policy allows that one server.

import { model, word } from "./reading.js";

// As in cards/addresses.py: the number of a picture among the links of its comment is the same there.
const PICTURE = /^https:\/\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?)\/[^?#]*\.(?:avif|gif|jpe?g|png|webp)(?:[?#].*)?$/i;

function alone(link) {
  const { previousSibling: before, nextSibling: after } = link;
  const ends = (node) => !node || node.nodeName === "BR" || (node.nodeType === Node.TEXT_NODE && !node.data.trim());
  return link.textContent.trim() === link.getAttribute("href") && ends(before) && ends(after);
}

function page(thread, link) {
  const { hostname } = link;
  const place = document.createElement("small");
  place.textContent = `${word(thread, "elsewhere")} ${hostname.replace(/^www\./, "")}`;
  link.append(place);
  link.classList.add("address", "address-page");
}

function picture(thread, link, number) {
  const card = model(thread, ".address");
  const button = card.querySelector("button");
  button.querySelector("b").textContent = PICTURE.exec(link.getAttribute("href"))[1];
  let frame = null;
  button.addEventListener("click", () => {
    if (frame) {
      frame.remove();
      frame = null;
    } else {
      frame = document.createElement("iframe");
      frame.src = `/discussion/comments/${link.closest("[data-comment]").dataset.comment}/cards/${number}/`;
      frame.title = link.textContent;
      frame.setAttribute("sandbox", "");
      frame.referrerPolicy = "no-referrer";
      card.append(frame);
    }
    button.setAttribute("aria-expanded", String(Boolean(frame)));
  });
  link.after(card);
}

export function make(thread) {
  for (const body of thread.querySelectorAll("[data-comment] > .comment-body")) {
    let number = -1;
    for (const link of body.querySelectorAll("a[href]")) {
      const isPicture = PICTURE.test(link.getAttribute("href"));
      number += isPicture;
      if (link.dataset.card || !alone(link)) {
        link.dataset.card ||= "no";
        continue;
      }
      link.dataset.card = "yes";
      if (isPicture) picture(thread, link, number);
      else page(thread, link);
    }
  }
}
