// Every page works without this file; it only adds GOV.UK Frontend's comforts.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
