import { together } from "./together";

together("simulated-clouds-in-turn");
