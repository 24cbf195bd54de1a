module chanlen

go 1.26
