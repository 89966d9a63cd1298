import type { RawComponent } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

/** The condition of the stream error that ends it. */
export async function refusal(component: RawComponent): Promise<string | undefined> {
  const error = await component.expect('error')
  await component.ended
  return error.children.find((child): child is Element => typeof child !== 'string')?.name
}

/** What came to a component from that address, in order. */
export const heardFrom = (stream: RawComponent, from: string) =>
  stream.received
    .filter(({ name, attrs }) => name === 'message' && attrs.from === from)
    .map((it) => it.getChildText('body') ?? '')

/** @throws when it doesn't hold within 20 s */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let left = 400; left > 0; left--) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not in 20 s: ${what}`)
}
