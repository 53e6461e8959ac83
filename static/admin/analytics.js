// Draws the revenue chart from the figures in the page, in the colors of the admin's theme.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("revenue-chart");
  const figures = JSON.parse(document.getElementById("revenue-data").textContent);
  const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: figures.currency });
  const round = new Intl.NumberFormat("en-US", {
    style: "currency", currency: figures.currency, maximumFractionDigits: 0,
  });
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const bars = (label, data) => ({
    label, data, stack: "money", order: 2, maxBarThickness: 32, borderRadius: 2,
  });
  const chart = new Chart(canvas, {
    data: {
      labels: figures.labels,
      datasets: [
        { type: "bar", ...bars("Charged", figures.charged) },
        { type: "bar", ...bars("Given back", figures.back) },
        {
          type: "line", label: "Revenue", data: figures.revenue, order: 1,
          borderWidth: 2, pointRadius: figures.labels.length > 60 ? 0 : 2, tension: 0,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { position: "bottom", labels: { boxWidth: 12 } },
        tooltip: {
          callbacks: {
            label: (item) => `${item.dataset.label}: ${dollars.format(item.raw / 100)}`,
          },
        },
      },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16 } },
        y: { stacked: true, ticks: { maxTicksLimit: 6, callback: (cents) => round.format(cents / 100) } },
      },
    },
  });

  const paint = () => {
    const [charged, back, revenue] = chart.data.datasets;
    charged.backgroundColor = color("--chart-charged");
    back.backgroundColor = color("--chart-back");
    revenue.borderColor = revenue.backgroundColor = color("--chart-revenue");
    chart.options.color = color("--body-fg");
    for (const axis of Object.values(chart.options.scales)) {
      axis.ticks.color = color("--body-quiet-color");
      axis.grid.color = color("--hairline-color");
    }
    chart.update();
  };
  paint();
  // The theme changes by the button in the header, or with the system.
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
});
