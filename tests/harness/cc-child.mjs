// A child of cc.mjs: gets the arguments of goro cc, answers when the program is
// made, and ends with exit code 1 if it cannot be made.
import { cc } from '../../bindings/cc/cc.mjs';
import { parseOptions } from '../../bindings/cc/options.mjs';

process.on('message', async (args) => {
  try {
    await cc(parseOptions(args));
    process.send('made');
  } catch (error) {
    console.error(`goro cc: ${error.stack}`);
    process.exitCode = 1;
    process.disconnect();
  }
});
