/** The first of `messages` that together have at most `bytes`; one at least. */
export function fitting<Message extends { readonly stanza: string }>(
  messages: readonly Message[],
  bytes: number,
): readonly Message[] {
  let total = 0
  const end = messages.findIndex(({ stanza }, index) => {
    total += Buffer.byteLength(stanza)
    return index > 0 && total > bytes
  })
  return end < 0 ? messages : messages.slice(0, end)
}
