import { together } from "./together";

together("operations-in-turn");
