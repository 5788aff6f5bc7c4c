// The conformance tool names fs.globSync, which Node 20 lacks; asking a server questions never calls it.
import fs from "node:fs";
import { register } from "node:module";

const filled = `export * from "node:fs"; export { default } from "node:fs"; export const globSync = undefined;`;
const hooks = `
  export const resolve = (name, context, next) =>
    name === "fs" && context.parentURL?.includes("/conformance/")
      ? { url: ${JSON.stringify("data:text/javascript," + encodeURIComponent(filled))}, shortCircuit: true }
      : next(name, context);`;

if (!fs.globSync) register("data:text/javascript," + encodeURIComponent(hooks));
