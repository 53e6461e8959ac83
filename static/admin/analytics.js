// Draws the charts from the figures in the page, in the colors of the admin's theme. A bar leads to
// the rows behind it; the table below each chart has the same links for a keyboard.
"use strict";

(() => {
  // Which of the stylesheet's colors a series has, and a pattern for those who see no colors.
  const LOOKS = {
    charged: ["charged"], back: ["back", "diagonal"], revenue: ["revenue"], before: ["before"],
    stripe: ["charged"], zelle: ["violet", "dots"], venmo: ["blue", "diagonal"],
    cash: ["olive", "lines"], check: ["back", "crossed"], other: ["before", "dots"],
    succeeded: ["charged"], failed: ["back", "diagonal"],
    new: ["blue"], returning: ["charged", "dots"],
  };
  const SIZE = 8;
  const STROKES = {
    lines: [[0, 4, 8, 4]],
    diagonal: [[-2, 2, 2, -2], [0, 8, 8, 0], [6, 10, 10, 6]],
    crossed: [[0, 0, 8, 8], [0, 8, 8, 0]],
  };

  const color = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const patterned = (fill, pattern) => {
    if (!pattern) return fill;
    const tile = document.createElement("canvas");
    tile.width = tile.height = SIZE;
    const pen = tile.getContext("2d");
    pen.fillStyle = fill;
    pen.fillRect(0, 0, SIZE, SIZE);
    pen.strokeStyle = pen.fillStyle = color("--body-bg");
    pen.lineWidth = 1.5;
    if (pattern === "dots") {
      pen.beginPath();
      pen.arc(SIZE / 2, SIZE / 2, 1.5, 0, 2 * Math.PI);
      pen.fill();
    }
    for (const [fromX, fromY, toX, toY] of STROKES[pattern] || []) {
      pen.beginPath();
      pen.moveTo(fromX, fromY);
      pen.lineTo(toX, toY);
      pen.stroke();
    }
    return pen.createPattern(tile, "repeat");
  };

  const dataset = (series, figures) => {
    const common = { label: series.label, data: series.data, urls: series.urls, look: series.color };
    if (series.shape === "bar") {
      const stack = figures.stacked ? "all" : undefined;
      return { ...common, type: "bar", stack, order: 2, maxBarThickness: 32, borderRadius: 2 };
    }
    return {
      // A stack of its own: lines don't add up.
      ...common, type: "line", stack: series.label, order: 1, borderWidth: 2, tension: 0,
      borderDash: series.shape === "dashes" ? [6, 4] : [],
      pointStyle: series.shape === "dashes" ? "rectRot" : "circle",
      pointRadius: figures.labels.length > 60 ? 0 : 3, pointHitRadius: 8,
    };
  };

  const draw = (canvas) => {
    const figures = JSON.parse(document.getElementById(canvas.dataset.figures).textContent);
    const isMoney = figures.unit === "money";
    const money = (digits) => new Intl.NumberFormat("en-US", {
      style: "currency", currency: figures.currency,
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    const [exact, round] = [money(2), money(0)];
    const says = (value, format) =>
      isMoney ? format.format(value / 100) : value.toLocaleString("en-US");
    const hit = (event) => {
      const [found] = chart.getElementsAtEventForMode(event, "nearest", { intersect: true }, true);
      return found && chart.data.datasets[found.datasetIndex].urls[found.index];
    };
    const values = {
      stacked: figures.stacked, beginAtZero: true, grid: {},
      ticks: { maxTicksLimit: 6, precision: 0, maxRotation: 0, callback: (value) => says(value, round) },
    };
    const names = {
      stacked: figures.stacked, grid: { display: false },
      ticks: { maxRotation: 0, autoSkipPadding: 16, autoSkip: !figures.lying },
    };
    const chart = new Chart(canvas, {
      data: {
        labels: figures.labels,
        datasets: figures.series.map((series) => dataset(series, figures)),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        indexAxis: figures.lying ? "y" : "x",
        interaction: { mode: "index", axis: figures.lying ? "y" : "x", intersect: false },
        onClick: (event) => {
          const address = hit(event);
          if (address) window.location.assign(address);
        },
        onHover: (event) => {
          canvas.classList.toggle("leads", Boolean(hit(event)));
        },
        plugins: {
          legend: {
            position: "bottom", display: figures.series.length > 1,
            labels: { usePointStyle: true, pointStyleWidth: 16, boxHeight: 10 },
          },
          tooltip: {
            usePointStyle: true,
            callbacks: {
              label: (item) => `${item.dataset.label}: ${says(item.raw, exact)}`,
            },
          },
        },
        scales: figures.lying ? { x: values, y: names } : { x: names, y: values },
      },
    });
    return chart;
  };

  const paint = (chart) => {
    for (const each of chart.data.datasets) {
      const [name, pattern] = LOOKS[each.look];
      const tone = color(`--chart-${name}`);
      each.borderColor = tone;
      each.backgroundColor = each.type === "bar" ? patterned(tone, pattern) : tone;
      if (each.type === "bar") each.pointStyle = "rect";
    }
    chart.options.color = color("--body-fg");
    for (const axis of Object.values(chart.options.scales)) {
      axis.ticks.color = color("--body-quiet-color");
      axis.grid.color = color("--hairline-color");
    }
    chart.update();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const charts = [...document.querySelectorAll("canvas[data-figures]")].map(draw);
    const paintAll = () => charts.forEach(paint);
    paintAll();
    // The theme changes by the button in the header, or with the system.
    const theme = { attributeFilter: ["data-theme"] };
    new MutationObserver(paintAll).observe(document.documentElement, theme);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintAll);
  });
})();
