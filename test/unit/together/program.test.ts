import { together } from "./together";

together("program");
