module condwait

go 1.26
