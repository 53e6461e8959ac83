// Looks again by itself; the page changes only once there is something new to say.
"use strict";

const waiting = (page) => page.querySelector("[data-wait]");

const look = async (address) => {
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  const next = waiting(page);
  if (next) {
    lookLater(next);
  } else {
    location.replace(address);
  }
};

const lookLater = ({ dataset }) => {
  // Without a network the page itself is asked for, as it would be without a script.
  const again = () => look(dataset.next).catch(() => location.replace(dataset.next));
  setTimeout(again, 1000 * dataset.wait);
};

lookLater(waiting(document));
