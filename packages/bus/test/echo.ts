import { connectLinks, type Envelope } from '../src/index.ts'

/** An instance of its own process that sends back what it gets: `node echo.ts <server> <prefix> <instance>`. */
const [servers = '', prefix = '', instance = ''] = process.argv.slice(2)
const links = await connectLinks({ instance, servers, prefix })
links.receive((from, envelope: Envelope) => {
  if (!links.send(from, envelope)) process.exitCode = 1
})
process.stdout.write('ready\n')
process.on('SIGTERM', () => void links[Symbol.asyncDispose]())
