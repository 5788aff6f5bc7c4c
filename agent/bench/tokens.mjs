// node tokens.mjs FOLDER: a JSON list of texts comes in, the list of their counts in o200k_base goes out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { encode } = createRequire(`${process.argv[2]}/`)("gpt-tokenizer/encoding/o200k_base");
const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => encode(text).length)));
