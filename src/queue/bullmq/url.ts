/** The URLs of servers: what of them may be shown, and what is secret. */
import { ConfigError } from "../../errors.ts";

/** Without user, password and parameters, which may hold keys. */
export function shownUrl(url: string): string {
  const parsed = parsedUrl(url);
  if (parsed === undefined) return `${/^[a-z]+:/i.exec(url)?.[0] ?? ""}//…`;
  const { protocol, host, pathname } = parsed;
  return `${protocol}//${host}${pathname}`;
}

/** @throws ConfigError if it is no URL, without showing it: it may hold a password */
export function requireUrl(url: string, usage: string): URL {
  const parsed = parsedUrl(url);
  if (parsed !== undefined) return parsed;
  throw new ConfigError(
    `The queue's URL cannot be read. Expected: ${usage}. Write / : @ ? # % in a password as %2F %3A %40 %3F %23 %25.`,
  );
}

/** Takes a URL's secrets out of a text, should a package have put them there. */
export function withoutSecrets(url: string): (text: string) => string {
  const parsed = parsedUrl(url);
  const secrets = new Set<string>([url]);
  for (const secret of [parsed?.password ?? "", ...(parsed?.searchParams.values() ?? [])]) {
    secrets.add(secret);
    try {
      secrets.add(decodeURIComponent(secret));
    } catch {
      // It has a % of its own.
    }
  }
  // Of "1" or "no", the text would be unreadable, and they are no secrets.
  const long = [...secrets].filter(({ length }) => length >= 3).sort((a, b) => b.length - a.length);
  return (text) => long.reduce((left, secret) => left.replaceAll(secret, "…"), text);
}

function parsedUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
