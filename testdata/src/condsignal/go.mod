module condsignal

go 1.26
