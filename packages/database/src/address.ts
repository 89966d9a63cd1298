/** Without user and password. */
export function addressOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `postgresql://${host}${pathname}`
}

export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url
  const parsed = new URL(url)
  parsed.password = encodeURIComponent(password)
  return parsed.href
}
