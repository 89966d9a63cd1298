/** One scrape of a process: the sum of all series of each name, and each series by itself. */
export async function scrape(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const sums = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, labels, value] = /^([a-z0-9_]+)(\{.*\})? (\S+)/.exec(line) ?? []
    if (name === undefined) continue
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
    if (labels !== undefined) sums.set(`${name}${labels}`, Number(value))
  }
  return sums
}
