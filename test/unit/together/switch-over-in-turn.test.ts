import { together } from "./together";

together("switch-over-in-turn");
