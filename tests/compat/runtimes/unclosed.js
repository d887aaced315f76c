// A model that nobody closes: its threads must not keep the process alive.
import { Dense, Model } from "nnwasm";

await new Model([new Dense(300, { activation: "softmax" })], { threads: 2 }).build(3000);
console.log("built");
