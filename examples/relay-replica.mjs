// A replica in Node that keeps what it has in memory in step with its realms, by way of a relay:
//
//   lockstep realm relay --listen 127.0.0.1:8787
//   node examples/relay-replica.mjs http://127.0.0.1:8787/events
const cache = new Map(); // 'realm:path' -> what was made of the file
let id = ''; // the last thing that was heard; the relay tells what came after it
for (;;) {
  try {
    const token = process.env.RELAY_TOKEN ? { Authorization: `Bearer ${process.env.RELAY_TOKEN}` } : {};
    const stream = await fetch(process.argv[2], { headers: { ...token, ...(id && { 'Last-Event-ID': id }) } });
    if (!stream.ok) throw new Error(`${stream.status} ${await stream.text()}`);
    let rest = '';
    for await (const text of stream.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split('\n\n');
      rest = events.pop();
      for (const fields of events.map((event) => Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s))))) {
        const data = JSON.parse(fields.data ?? '{}');
        if (fields.event === 'gap') cache.clear(); // what was missed cannot be told
        if (fields.event === 'change' && data.wildcard) for (const key of cache.keys()) if (key.startsWith(`${data.realm}:`)) cache.delete(key);
        if (fields.event === 'change') cache.delete(`${data.realm}:${data.path}`);
        id = fields.id ?? id;
        if (fields.event) console.log(fields.event, fields.data);
      }
    }
  } catch (error) { console.error(`lost: ${error.message}`); }
  await new Promise((again) => setTimeout(again, 500 + Math.random() * 1000));
}
