// Unpacks the Chromium of November 2023 that a package carries, and says where: schools keep browsers for years.
//
//   CHROMIUM=$(node old.mjs) AUTHENTICATOR=none node stories.mjs

import chromium from "@sparticuz/chromium";

console.log(await chromium.executablePath());
