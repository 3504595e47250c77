/* Included before every file by the Makefile: libc calls that have bitten too often do not compile. */
#ifndef LIB_BANNED_H
#define LIB_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gets
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison mktemp tmpnam
#pragma GCC poison localtime gmtime asctime ctime

#endif
