import { together } from "./together";

together("components");
