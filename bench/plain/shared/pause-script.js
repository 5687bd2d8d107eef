// A placeholder for the script that such a program would mount. The benchmark never runs it.
