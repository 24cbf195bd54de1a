module balance

go 1.26
