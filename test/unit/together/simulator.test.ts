import { together } from "./together";

together("simulator");
