// Who has given is thanked instead of asked. The page is the same for everybody; this swaps its words.
// The cookie names a campaign and a month and is set by the page of thanks alone; nothing is sent anywhere.

if (/(^|;\s*)sf_gave=[^;]/.test(document.cookie)) document.documentElement.classList.add("has-given");
