/** What the site's build makes of files that are no modules. */
declare module "*.css" {}
