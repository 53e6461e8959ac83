"use strict";

// A link with data-copy puts its address on the clipboard; where there is none, it is a link.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link || !navigator.clipboard) {
    return;
  }
  event.preventDefault();
  await navigator.clipboard.writeText(link.href);
  link.textContent = "Link copied";
});
