"use strict";
const http = require("node:http");
const options = require("minimist")(process.argv.slice(2));
const ms = require("ms");

const beds = new Map([["1", "free"], ["2", "taken"]]);

http
  .createServer((request, response) => {
    response.setHeader("Refresh", String(ms("30s") / 1000));
    response.end([...beds].map(([bed, state]) => `${bed}: ${state}`).join("\n"));
  })
  .listen(options.port || 8080);
