/* The keys that rules, correlations and filters share. Internal to this folder. */
#ifndef SERVER_MODEL_SIGMA_DOCUMENT_H
#define SERVER_MODEL_SIGMA_DOCUMENT_H

#include "server/model/sigma/build.h"

/* Fills in kind, rule, body and source of a draft whose document and file are set. What is wrong is noted. */
void sigma_document_read(struct sigma_build *b, struct sigma_draft *d);

#endif
