"use strict";

// Filters stand open where there is room beside the list; where not, a click opens them.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector(".filter-panel");
  const wide = window.matchMedia("(min-width: 1025px)");
  if (panel) {
    panel.open = wide.matches;
    wide.addEventListener("change", () => {
      panel.open = wide.matches;
    });
  }
});
