import { together } from "./together";

together("simulated-aws-in-turn");
