/** An address with a password that was configured apart from it; without one, the address as it is. */
export function withPassword(address: string, password: string | undefined): string {
  if (password === undefined) return address
  const url = new URL(address)
  url.password = encodeURIComponent(password)
  return url.href
}
