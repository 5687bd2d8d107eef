import { pauserProcess } from "./process";

void pauserProcess();
