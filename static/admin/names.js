// Select2 leaves the fields that it makes without a name for screen readers.
"use strict";

if (window.django?.jQuery) {
  const opened = ".select2-search__field, .select2-results__options";

  // After Django's own script has asked for the same, and so has made them.
  django.jQuery(() => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const [label] = select.labels;
      if (!label) {
        continue;
      }
      label.id ||= `label-of-${select.id}`;
      const value = document.getElementById(`select2-${select.id}-container`);
      value.setAttribute("aria-labelledby", label.id);
      value.parentElement.setAttribute("aria-labelledby", `${label.id} ${value.id}`);
      django.jQuery(select).on("select2:open", () => {
        for (const part of document.querySelectorAll(opened)) {
          part.setAttribute("aria-labelledby", label.id);
        }
      });
    }
  });
}
