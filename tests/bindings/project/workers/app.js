import { start } from 'goro';

/** Two workers double what they get, each with its mode. */
async function sum() {
  const rt = await start({ procs: 2 });
  const { work } = rt.module(new URL(/* @vite-ignore */ /* webpackIgnore: true */ './crunch.js', import.meta.url));
  const jobs = rt.chan(), out = rt.chan();
  rt.go(async () => {
    for (let i = 1; i <= 6; i++) await jobs.send(i);
    jobs.close();
  });
  const works = Promise.all([work(jobs, out), work(jobs, out)]).finally(() => out.close());
  let total = 0;
  for await (const v of out) total += v;
  const places = await works;
  await rt.close();
  return `${rt.info.mode}, ${places}: sum ${total}`;
}

sum().catch(String).then((text) => { document.title = text; });
