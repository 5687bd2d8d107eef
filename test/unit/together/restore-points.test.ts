import { together } from "./together";

together("restore-points");
