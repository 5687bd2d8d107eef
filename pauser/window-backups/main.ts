import { pauserProcess } from "../process";
import { windowBackups } from "./backups";

void pauserProcess(windowBackups());
