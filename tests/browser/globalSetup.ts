/** Before the tests in browsers: installs the packages of their own. */
import { installPackages } from "../helpers/installPackages.ts";

export default (): Promise<void> => installPackages(import.meta.dirname);
