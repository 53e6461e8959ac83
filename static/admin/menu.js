// Opens and closes the menu. Wide windows remember it; on a phone it starts closed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector(".menu-toggle");
  if (!button) {
    return;
  }
  const sections = document.getElementById("menu-sections");
  const narrow = window.matchMedia("(max-width: 1023px)");
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    sections.hidden = !open;
  };

  show(!narrow.matches && localStorage.getItem("menu") !== "closed");
  button.addEventListener("click", () => {
    const open = sections.hidden;
    show(open);
    if (!narrow.matches) {
      localStorage.setItem("menu", open ? "open" : "closed");
    }
  });
});
