import { together } from "./together";

together("pauser");
