/**
 * Loads what downloads and verifies published data sets, when it is needed: it is large, and Node's. In the site's build
 * fetching.site.ts stands in for this file.
 */
export const loadArchiveFetching = () => import("./fetch.ts");
export const loadFilesFetching = () => import("./fetchFiles.ts");
export const loadChecks = () => import("./published.ts");
