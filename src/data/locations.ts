/**
 * Where data sets are looked for, and where downloads go. The environment and the home folder are
 * arguments: only the command line knows the process.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder for what was downloaded and can be downloaded again: `NNWASM_HOME`, else
 * `$XDG_CACHE_HOME/nnwasm`, else `~/.cache/nnwasm`. It need not exist. An empty variable counts as unset,
 * and so does an `XDG_CACHE_HOME` that is not absolute (the XDG base directory specification says so).
 */
export function cacheFolder(env: Environment, home: string): string {
  if (env.NNWASM_HOME) return env.NNWASM_HOME;
  const xdg = env.XDG_CACHE_HOME;
  // A drive letter or a backslash begins an absolute path of Windows.
  if (xdg && /^(\/|\\|[a-z]:)/i.test(xdg)) return `${xdg}/nnwasm`;
  return `${home}/.cache/nnwasm`;
}

/**
 * The folders that may hold data sets, the first to be looked into first: `NNWASM_DATA` if set, then the
 * cache.
 */
export function dataFolders(env: Environment, home: string): string[] {
  const cache = cacheFolder(env, home);
  return env.NNWASM_DATA ? [env.NNWASM_DATA, cache] : [cache];
}
