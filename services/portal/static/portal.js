// Every page works without this. It only spares clicks, keeps what is typed, and shows what is new.
"use strict";
document.querySelector("#refused")?.focus();
